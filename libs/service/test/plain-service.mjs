// A service as a process of its own, to be signalled by tests.
import { Module } from '@nestjs/common';
import { runService } from '@waggle/service';

class PlainModule {
  async onModuleDestroy() {
    if (process.env.HANGS) await new Promise(() => setTimeout(() => undefined, 60_000));
  }
}
Module({})(PlainModule);
if (process.env.BUG) setTimeout(() => Promise.reject(new Error('forgotten')), 300);

await runService({ manifest: JSON.parse(process.env.MANIFEST), module: PlainModule });
