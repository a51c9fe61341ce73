import { grammarOf, placeOf, type FindingList, type Language, type Node } from '@waggle/analysis';
import type { Severity } from '@waggle/protocol';
import { effortOf } from './effort.js';
import { RULES } from './rules.js';

/** A mark at the start of a line of a comment: prose that merely speaks of a TODO is none. */
const MARK = /^[\s/*#!<-]*\b(TODO|FIXME|HACK|XXX)\b[:\s(-]*(.*)$/;

const SEVERITY: Record<string, Severity> = { TODO: 'info', HACK: 'low', FIXME: 'low', XXX: 'low' };

/** Adds a finding for every mark of unfinished work, in comments only. */
export const checkComments = (language: Language, { root, text: code }: { root: Node; text: string }, list: FindingList): void => {
  if (!/TODO|FIXME|HACK|XXX/.test(code)) return;
  const grammar = grammarOf(language);
  if (grammar === undefined) return;
  for (const comment of root.findAll({ rule: { any: grammar.comments.map((kind) => ({ kind })), regex: 'TODO|FIXME|HACK|XXX' } })) {
    const { line, column } = placeOf(comment.range());
    for (const [at, text] of comment.text().split('\n').entries()) {
      const match = MARK.exec(text);
      if (match === null) continue;
      const [, mark, rest] = match as unknown as [string, string, string];
      const note = rest.replace(/\*\/\s*$/, '').trim();
      const from = at === 0 ? column : 1;
      list.add({
        rule: RULES.todo,
        place: { line: line + at, endLine: line + at, column: from, endColumn: from + text.trimEnd().length },
        message: note === '' ? `${mark} without a word on what.` : `${mark}: ${note.slice(0, 200)}`,
        subject: text,
        severity: SEVERITY[mark]!,
        effort: effortOf(RULES.todo),
      });
    }
  }
};
