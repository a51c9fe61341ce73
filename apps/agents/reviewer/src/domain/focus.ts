import type { Finding } from '@waggle/analysis';
import type { LineRange } from '@waggle/workspace';

interface Lines {
  file: string;
  line: number;
  endLine: number;
}

/** Of some findings those that touch lines that changed, or have to do with such lines elsewhere. */
export const inChangedLines = (findings: readonly Finding[], changed: Readonly<Record<string, readonly LineRange[]>>): Finding[] => {
  const touches = ({ file, line, endLine }: Lines): boolean =>
    Object.hasOwn(changed, file) && changed[file]!.some(([from, to]) => line <= to && endLine >= from);
  return findings.filter((finding) => touches(finding) || (finding.related ?? []).some(touches));
};
