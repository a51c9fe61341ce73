import { agentManifest, type Manifest } from '@waggle/agent';

export const manifest: Manifest = agentManifest('workspace');
