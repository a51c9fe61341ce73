import type { MeshFolder } from './mesh/folder.js';
import type { Output } from './output/output.js';

/** What every command is given. */
export interface Context {
  /** Where Waggle is installed: services, workflows, the broker's cache. */
  root: string;
  folder: MeshFolder;
  output: Output;
  env: NodeJS.ProcessEnv;
  /** Aborts on Ctrl-C and SIGTERM. */
  interrupted: AbortSignal;
}
