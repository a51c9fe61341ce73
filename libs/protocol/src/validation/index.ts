export { IsTime, Nested, NestedList, Optional } from './decorators.js';
export { isTime } from './time.js';
export { schemaOf, schemasOf, type DtoClass, type JsonSchema } from './schema.js';
export { DEPTH_LIMIT, hostile } from './hostile.js';
export { PROBLEM_LIMIT } from './problems.js';
export { schemaProblems, validatorOf, type Validator, type ValidatorOptions } from './validator.js';
export { Envelope, messageSchema } from './envelope.js';
export { NAMED_TYPES } from './named-types.js';
export { MESSAGE_LIMIT, parseMessage, validatePayload, type MessageContext, type Parsed } from './parse-message.js';
