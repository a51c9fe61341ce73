import { runService } from '@waggle/agent';
import { service } from './index.mjs';

await runService(service);
