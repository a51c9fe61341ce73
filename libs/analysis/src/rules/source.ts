import { grammarOf } from '../metrics/grammar-of.js';
import { callsOf, type Call } from '../source/calls.js';
import type { Language } from '../source/language.js';
import type { Node } from '../source/parse.js';
import { yamlPairs, type YamlPair } from '../source/yaml-pairs.js';
import { FlowTracer } from '../taint/flow-tracer.js';
import type { Format } from './formats.js';

/** What rules are applied to: a text, its tree where it was parsed, and its formats. */
export interface Source {
  path: string;
  text: string;
  language?: Language;
  root?: Node;
  formats?: readonly Format[];
}

/** What several rules ask of a source, worked out once and only when asked for. */
export class SourceView {
  private callList: Call[] | undefined;
  private pairList: YamlPair[] | undefined;
  private flows: FlowTracer | undefined;

  constructor(readonly source: Source) {}

  calls(): readonly Call[] {
    const { language, root, text } = this.source;
    return (this.callList ??= language === undefined || root === undefined ? [] : callsOf(language, root, text));
  }

  pairs(): readonly YamlPair[] {
    return (this.pairList ??= yamlPairs(this.source.text) ?? []);
  }

  /** Tells of a place in the text whether it lies in a comment; of what was not parsed, nowhere. */
  comments(): (at: number) => boolean {
    const { language, root } = this.source;
    const kinds = language === undefined || root === undefined ? [] : (grammarOf(language)?.comments ?? []);
    let ranges: { from: number; to: number }[] | undefined;
    const find = () =>
      kinds.length === 0
        ? []
        : root!.findAll({ rule: { any: kinds.map((kind) => ({ kind })) } }).map((node) => {
            const { start, end } = node.range();
            return { from: start.index, to: end.index };
          });
    return (at) => (ranges ??= find()).some(({ from, to }) => from <= at && at < to);
  }

  /** Undefined where nothing was parsed. */
  tracer(): FlowTracer | undefined {
    const { language, root, text } = this.source;
    if (language === undefined || root === undefined) return undefined;
    return (this.flows ??= new FlowTracer(language, root, text));
  }
}
