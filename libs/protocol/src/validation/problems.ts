import type { ErrorObject } from 'ajv';
import { ERRORS, type ErrorCode, type Problem } from '../errors.js';
import { anyOf, describe, typeName } from './describe.js';

/** More are not listed: who reads them mends these first. */
export const PROBLEM_LIMIT = 100;

const NAME = /^[A-Za-z_$][\w$-]{0,63}$/;

/** `/payload/held/0/flow~1id` -> `payload.held[0]["flow/id"]`, below `base`. */
const pathOf = (base: string, pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(extend, base);

const extend = (path: string, key: string): string => {
  if (/^\d{1,9}$/.test(key)) return `${path}[${key}]`;
  if (!NAME.test(key)) return `${path}[${JSON.stringify(key.slice(0, 64))}]`;
  return path === '' ? key : `${path}.${key}`;
};

interface Finding {
  path: string;
  text: string;
  /** Position of the value, to tell what belongs to a choice that failed. */
  pointer: string;
  error: ErrorObject;
}

/** One problem for each thing that is wrong: of several findings on one field the first, of a failed choice the choice. */
export const problemsOf = (errors: readonly ErrorObject[], code: ErrorCode, base: string): Problem[] => {
  const findings: Finding[] = [];
  for (const error of errors) {
    if (error.keyword === 'anyOf' || error.keyword === 'oneOf') {
      const branches: ErrorObject[] = [];
      // a choice is reported right after what each of its branches found
      while (findings.at(-1)?.pointer.startsWith(error.instancePath)) branches.unshift(findings.pop()!.error);
      findings.push({ path: pathOf(base, error.instancePath), text: choice(error, branches), pointer: error.instancePath, error });
    } else {
      const own = ownField(error);
      const pointer = own === undefined ? error.instancePath : `${error.instancePath}/${own}`;
      findings.push({ path: pathOf(base, pointer), text: describe(error), pointer: error.instancePath, error });
    }
  }
  const byPath = new Map<string, Problem>();
  for (const { path, text } of findings) {
    if (byPath.size === PROBLEM_LIMIT) break;
    if (!byPath.has(path))
      byPath.set(path, { code, ...(path && { path }), message: `${path || 'The value'} ${text}.`, remedy: ERRORS[code].remedy });
  }
  return [...byPath.values()];
};

/** A finding on an object that is really about one of its fields. */
const ownField = ({ keyword, params }: ErrorObject): string | undefined => {
  const own = params as Record<string, string | undefined>;
  const field = keyword === 'required' ? own.missingProperty : (own.additionalProperty ?? own.unevaluatedProperty);
  return field?.replaceAll('~', '~0').replaceAll('/', '~1');
};

const choice = (error: ErrorObject, branches: readonly ErrorObject[]): string => {
  const forms = error.schema as { required?: string[] }[];
  if (error.keyword === 'oneOf' && forms.every((form) => form.required?.length === 1)) {
    return `must have exactly one of ${anyOf(forms.map((form) => form.required![0]!))}`;
  }
  const here = branches.filter((branch) => branch.instancePath === error.instancePath && branch.keyword === 'type');
  if (here.length === branches.length && here.length > 0)
    return `must be ${anyOf(here.map((branch) => typeName(String(branch.params.type))))}`;
  return branches[0] ? `fits none of the forms it may have (${describe(branches[0])})` : 'fits more than one of the forms it may have';
};
