import type { Risk } from './dependency.js';

/** What is doubtful about where a package is fetched from. */
export const sourceRisks = (source: string | undefined): Risk[] => {
  if (source === undefined) return [];
  if (/^(git\+|git:|git@|ssh:|github:|bitbucket:|gitlab:)|\.git(#|\?|$)/.test(source))
    return [{ kind: 'not-registry', what: shown(source) }];
  if (/^http:\/\/(?!(localhost|127\.|\[::1\]))/.test(source)) return [{ kind: 'unencrypted', what: shown(source) }];
  return [];
};

/** An address without what stands for signing in. */
const shown = (source: string): string => source.replace(/\/\/[^/@\s]*@/, '//').slice(0, 200);
