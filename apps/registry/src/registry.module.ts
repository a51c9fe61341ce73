import { Module } from '@nestjs/common';
import { Lifecycle } from '@waggle/service';
import { DirectoryWriter } from './directory-writer.js';
import { HandBacks } from './hand-backs.js';
import { Hearing } from './hearing.js';
import { Questions } from './questions.js';
import { RegistryService } from './registry.service.js';

@Module({ providers: [RegistryService, Hearing, DirectoryWriter, HandBacks, Questions] })
export class RegistryModule {
  constructor(lifecycle: Lifecycle, registry: RegistryService) {
    lifecycle.onDrain(() => registry.stop());
  }
}
