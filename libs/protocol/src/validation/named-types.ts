import { BlobRef } from '../payloads/value.js';
import { WorkspaceRef } from '../payloads/workspace.js';

/** Types that any JSON Schema checked here may refer to by name, e.g. `{ "$ref": "waggle:workspace" }`. */
export const NAMED_TYPES = { 'waggle:blob': BlobRef, 'waggle:workspace': WorkspaceRef } as const;
