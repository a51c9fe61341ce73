/**
 * What a text must hold for a rule of secretlint's preset to find anything in it, by the rule's name: weaker than its
 * own pattern, and tried in one pass for all of them. `undefined`: the rule finds nothing in texts as they are given here.
 */
export const MARKS: Readonly<Record<string, RegExp | undefined>> = {
  aws: /(?:A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}|(?:SECRET|secret|Secret)_?(?:ACCESS|access|Access)_?(?:KEY|key|Key)/,
  // It goes by the extension, which it is not told; the key in such a file is one that `privatekey` finds.
  gcp: undefined,
  privatekey: /PRIVATE KEY/,
  npm: /:x-oauth-basic@|_authToken=|npm_[A-Za-z0-9_]{36}/,
  basicauth: /(?:https?|ftps?):\/\/[-\w]{1,256}:[-\w]{1,256}@/,
  slack: /xox[bpaor]-|xapp-|[hH][oO][oO][kK][sS]\.[sS][lL][aA][cC][kK]/,
  sendgrid: /SG\.\w{1,128}\.\w/,
  shopify: /shp(?:pa|ca|at|ss)_/,
  stripe: /[sr]k_(?:live|test)_/,
  github: /gh[pousr]_|github_pat_/,
  gitlab: /glpat-/,
  grafana: /glc_|glsa_/,
  openai: /T3BlbkFJ/,
  anthropic: /sk-ant-api0/,
  groq: /gsk_/,
  huggingface: /hf_[a-zA-Z]{34}/,
  linear: /lin_api_/,
  notion: /ntn_[0-9]/,
  '1password': /ops_ey/,
  'database-connection-string': /(?:[mM][oO][nN][gG][oO][dD][bB]|[mM][yY][sS][qQ][lL]|[pP][oO][sS][tT][gG][rR][eE][sS])[^:\s]{0,5}:\/\//,
  'hashicorp-vault': /hv[sbr]\.[\w-]{90}/,
  vercel: /vc[piark]_[A-Za-z0-9]{20}/,
  databricks: /dapi[A-Fa-f0-9]{32}/,
  docker: /dckr_pat_/,
  figma: /figd_/,
  cloudflare: /cf(?:k|ut|at)_[A-Za-z0-9]{48}/,
  tailscale: /tskey-/,
  // It only takes back what the others find.
  'filter-comments': undefined,
};

const ANY = new RegExp(
  Object.values(MARKS)
    .flatMap((mark) => (mark === undefined ? [] : [mark.source]))
    .join('|'),
);

/** Whether a text may hold a secret that has the shape its issuer gives it; most hold none, and need no closer look. */
export const mayHoldIssued = (text: string): boolean => ANY.test(text);
