import { runService } from '@waggle/service';
import { service } from './index.js';

await runService(service);
