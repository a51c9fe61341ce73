import type { PatternRule } from '@waggle/analysis';
export const IDIOMS: readonly PatternRule[] = [];
