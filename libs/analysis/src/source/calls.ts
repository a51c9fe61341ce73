import type { Language } from './language.js';
import { kindOf, type Node } from './parse.js';

/** A call, whatever a language's grammar calls it. */
export interface Call {
  node: Node;
  /** The text before its arguments, spaces taken out: `os.system`, `new File`, `$db->query`, `format!`. */
  name: string;
  readonly arguments: Node[];
}

const C_LIKE = ['call_expression'];
const ECMASCRIPT = ['call_expression', 'new_expression'];

/** Kinds of nodes that call something. What is run without arguments in brackets (`echo`, `include`, backticks) is one too. */
const KINDS: Record<Language, readonly string[]> = {
  typescript: ECMASCRIPT,
  tsx: ECMASCRIPT,
  javascript: ECMASCRIPT,
  python: ['call'],
  go: C_LIKE,
  java: ['method_invocation', 'object_creation_expression'],
  rust: ['call_expression', 'macro_invocation'],
  c: C_LIKE,
  cpp: C_LIKE,
  csharp: ['invocation_expression', 'object_creation_expression'],
  ruby: ['call', 'subshell'],
  php: [
    'function_call_expression',
    'member_call_expression',
    'nullsafe_member_call_expression',
    'scoped_call_expression',
    'object_creation_expression',
    'echo_statement',
    'print_intrinsic',
    'exit_statement',
    'include_expression',
    'include_once_expression',
    'require_expression',
    'require_once_expression',
    'shell_command_expression',
  ],
  kotlin: ['call_expression'],
};

/** Statements that call without brackets, and what they are called here. */
const WORDS: Record<string, string> = {
  subshell: '`',
  shell_command_expression: '`',
  echo_statement: 'echo',
  print_intrinsic: 'print',
  exit_statement: 'exit',
  include_expression: 'include',
  include_once_expression: 'include',
  require_expression: 'include',
  require_once_expression: 'include',
};

const LISTS = new Set(['arguments', 'argument_list', 'value_arguments', 'token_tree']);
const WRAPPED = new Set(['argument', 'value_argument']);

/** Longest text of what is called that is looked at, from its end: chains of calls may be as long as a file. */
const MAX_NAME = 200;

/** What compilers make of an import: `(0, fs_1.readFile)` for `fs.readFile`. */
const COMPILED = /^\(0, ?([\w$.]+)\)$/;
const NUMBERED = /^([A-Za-z]\w*?)_\d+(?:\.default)?\./;

const listOf = (node: Node): Node | undefined => {
  // Most grammars name it: children are objects that have to be made.
  const named = node.field('arguments');
  if (named !== null && LISTS.has(kindOf(named)!)) return named;
  const last = node.children().findLast((child) => LISTS.has(kindOf(child)!) || kindOf(child) === 'call_suffix');
  return kindOf(last ?? null) === 'call_suffix' ? last!.children().find((child) => LISTS.has(kindOf(child)!)) : last;
};

/** A list's entry without what only wraps it, and without a name before it. */
const unwrap = (node: Node): Node => (WRAPPED.has(kindOf(node)!) ? (node.namedChildren().at(-1) ?? node) : node);

/**
 * What a node calls, and with what; undefined when it calls nothing. With the text of the whole file the node's own,
 * which may be as long, need not be fetched.
 */
export const callOf = (node: Node, file?: string): Call | undefined => {
  const word = WORDS[kindOf(node)!];
  if (word !== undefined) return { node, name: word, arguments: word === '`' ? [node] : node.namedChildren() };
  const list = listOf(node);
  // Ruby calls without brackets too.
  if (list === undefined) return kindOf(node) === 'call' ? { node, name: node.text().slice(-MAX_NAME), arguments: [] } : undefined;
  const [start, end] = [node.range().start.index, list.range().start.index];
  const before = file === undefined ? node.text().slice(0, end - start) : file.slice(start, end);
  const plain = before
    .slice(-MAX_NAME)
    .replace(/\s+/g, ' ')
    .replace(/ ?(\.|->|::|\?\.) ?/g, '$1')
    .trim();
  let given: Node[] | undefined;
  return {
    node,
    name: plain.replace(COMPILED, '$1').replace(NUMBERED, '$1.'),
    // Most calls are of no interest for their name: only what is asked for is fetched from the tree.
    get arguments() {
      return (given ??= list
        .namedChildren()
        .filter((child) => !/comment/.test(kindOf(child)!))
        .map(unwrap));
    },
  };
};

/** All calls of a tree of `text`, in the order they begin. */
export const callsOf = (language: Language, root: Node, text: string): Call[] =>
  root
    .findAll({ rule: { any: KINDS[language].map((kind) => ({ kind })) } })
    .map((node) => callOf(node, text))
    .filter((call) => call !== undefined);
