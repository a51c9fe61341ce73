import type { ErrorCode } from '@waggle/protocol';

export type Key = string | number;

/** Something wrong with a definition, before it is known where it stands in a file. */
export interface Issue {
  code: ErrorCode;
  path: Key[];
  message: string;
  /** The expression it is in, and how many characters from its beginning. */
  within?: { expression: string; offset: number };
}

/** `steps[2].skill` */
export const showPath = (path: readonly Key[]): string =>
  path.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('');

export const definitionIssue = (path: Key[], message: string): Issue => ({ code: 'INVALID_DEFINITION', path, message });
