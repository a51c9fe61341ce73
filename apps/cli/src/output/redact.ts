/** What must never be shown: nkey seeds, and the user and password in an address. */
const SEED = /\bS[ANUOCX][A-Z2-7]{56}\b/g;
const CREDENTIALS = /\b([a-z][a-z+.-]*:\/\/)[^\s/@]+@/gi;

export const redact = (text: string): string => text.replace(SEED, '<seed>').replace(CREDENTIALS, '$1<hidden>@');
