import { runService } from '@waggle/agent';
import { service } from './index.js';

await runService(service);
