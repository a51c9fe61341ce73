/** What people write where a secret would stand. */
const PLACEHOLDER =
  /redacted|\.{3}|…|example|placeholder|change_?me|dummy|your[-_]|\bfoo\b|\bbar\b|x{5,}|\*{3,}|<[^>]*>|\$\{|\{\{|%s|:(pass|passwd|password|pw|secret)@|user(name)?:/i;

export const isPlaceholder = (text: string): boolean => PLACEHOLDER.test(text);
