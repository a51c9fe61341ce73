import { kindOf, type Node } from '../source/parse.js';

/** Longest name that is shown. */
const MAX_NAME = 80;

const NAMING: Record<string, string> = {
  variable_declarator: 'name',
  pair: 'key',
  public_field_definition: 'name',
  field_definition: 'property',
  assignment_expression: 'left',
  assignment: 'left',
};

/** In C and C++ the name stands inside the declarator. */
const declared = (node: Node): string | undefined => {
  const declarator = node.field('declarator');
  if (declarator === null) return undefined;
  if (kindOf(declarator) === 'function_declarator') return declarator.field('declarator')?.text();
  return declared(declarator);
};

/** What a function is called, or what it is assigned to; undefined when it has no name. */
export const functionName = (node: Node): string | undefined => {
  const own =
    node.field('name')?.text() ??
    declared(node) ??
    (kindOf(node) === 'function_declaration'
      ? node
          .children()
          .find((child) => kindOf(child) === 'simple_identifier')
          ?.text()
      : undefined);
  if (own !== undefined) return own.slice(0, MAX_NAME);
  const parent = node.parent();
  const field = NAMING[kindOf(parent) ?? ''];
  return field === undefined ? undefined : parent?.field(field)?.text().slice(0, MAX_NAME);
};
