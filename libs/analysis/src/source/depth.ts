import type { Node } from './parse.js';

/** Nodes within nodes that are gone through; long chains of `+` or `else if` that people write stay below. */
const MAX_DEPTH = 1500;

/** Texts shorter than this cannot take long, however deep. */
const HARMLESS = 20_000;

/** The largest nodes of a level that are followed. */
const FOLLOWED = 8;

const size = (node: Node): number => {
  const { start, end } = node.range();
  return end.index - start.index;
};

/**
 * Whether a tree is deeper than any that people write: rules that look up or down the tree take time that grows with
 * the square of its depth. Follows the largest nodes of each level down, for what is deep is long.
 */
export const isDeepTree = (root: Node): boolean => {
  let level = [root];
  if (size(root) < HARMLESS) return false;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level
      .flatMap((node) => node.children().map((child) => ({ child, size: size(child) })))
      .filter((each) => each.size > MAX_DEPTH / 2)
      .sort((a, b) => b.size - a.size)
      .slice(0, FOLLOWED)
      .map((each) => each.child);
  }
  return false;
};
