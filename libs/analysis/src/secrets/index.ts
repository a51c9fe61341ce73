export { entropyOf, isRandom } from './entropy.js';
export { findSecrets } from './find-secrets.js';
export { ENTROPY, secretRule, type Secret } from './secret.js';
