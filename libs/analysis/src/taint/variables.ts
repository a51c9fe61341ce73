import { grammarOf } from '../metrics/grammar-of.js';
import type { Language } from '../source/language.js';
import { kindOf, type Node } from '../source/parse.js';
import { DIALECTS, type Dialect } from './dialect.js';

export interface Scope {
  /** The function; undefined for the file. */
  node: Node | undefined;
  start: number;
  end: number;
}

/** A value that a variable is given. */
export interface Assignment {
  value: Node;
  /** Where it stands in the text, and the functions around it, innermost first. */
  at: number;
  scopes: readonly Scope[];
  /** Adds to what the variable held: `+=`. */
  adds: boolean;
}

const FIELDS = [
  ['left', 'right'],
  ['name', 'value'],
  ['pattern', 'value'],
  ['declarator', 'value'],
  ['alias', 'value'],
] as const;
const ADDS = /^(augmented_assignment|augmented_assignment_expression|operator_assignment|compound_assignment_expr)$/;

/** The names that an assignment gives a value. */
type Given = { names: readonly string[]; assignment: Assignment } | 'nothing';

/** Where an assignment stands; what it gives is worked out when it is asked for. */
interface Place {
  node: Node;
  start: number;
  end: number;
  given?: Given;
}

/** The nodes in another, itself among them, that are names. */
export const namesOf = (dialect: Dialect, node: Node): Node[] => node.findAll({ rule: { any: dialect.names.map((kind) => ({ kind })) } });

/** The variables of a file: what they are given, and where. */
export class Variables {
  private readonly dialect: Dialect;
  private readonly functionKinds: ReadonlySet<string>;
  private readonly whole: Scope;
  private places: readonly Place[] | undefined;
  private readonly known = new Map<string, readonly Assignment[]>();

  constructor(
    language: Language,
    private readonly root: Node,
    private readonly text: string,
  ) {
    this.dialect = DIALECTS[language];
    this.functionKinds = new Set(grammarOf(language)?.functions ?? []);
    this.whole = { node: undefined, start: 0, end: text.length };
  }

  /** What a name is given anywhere in the file, in the order it stands there. */
  valuesOf(name: string): readonly Assignment[] {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    this.places ??= this.root.findAll({ rule: { any: this.dialect.assignments.map((kind) => ({ kind })) } }).map((node) => {
      const { start, end } = node.range();
      return { node, start: start.index, end: end.index };
    });
    // Few names are asked for: only assignments that hold one are taken apart.
    const values = this.places
      .filter(({ start, end }) => this.standsIn(name, start, end))
      .flatMap((place) => {
        const given = (place.given ??= this.taken(place));
        return given === 'nothing' ? [] : given.names.filter((each) => each === name).map(() => given.assignment);
      });
    this.known.set(name, values);
    return values;
  }

  private standsIn(name: string, start: number, end: number): boolean {
    const at = this.text.indexOf(name, start);
    return at >= 0 && at + name.length <= end;
  }

  private taken({ node, start }: Place): Given {
    const kind = kindOf(node)!;
    const fields = FIELDS.find(([target, value]) => node.field(target) !== null && node.field(value) !== null);
    const children = node.namedChildren();
    const target = fields === undefined ? children.at(kind === 'property_declaration' ? -2 : 0) : node.field(fields[0]);
    const value = fields === undefined ? children.at(-1) : node.field(fields[1]);
    if (!target || !value || target.id() === value.id()) return 'nothing';
    const adds = ADDS.test(kind) || /^[\w$.]+\s*(\+|\.)=/.test(this.text.slice(start, start + 200));
    const names = namesOf(this.dialect, target)
      .filter((name) => !/(\.|->)$/.test(this.text.slice(Math.max(0, name.range().start.index - 2), name.range().start.index)))
      .map((name) => name.text());
    return { names, assignment: { value, at: start, scopes: this.scopesOf(node), adds } };
  }

  /** The functions around a node, innermost first, and the file. */
  scopesOf(node: Node): Scope[] {
    const scopes = node
      .ancestors()
      .filter((each) => this.functionKinds.has(kindOf(each)!))
      .map((each) => ({ node: each, start: each.range().start.index, end: each.range().end.index }));
    return [...scopes, this.whole];
  }
}
