import type { BlobRef } from '@waggle/protocol';
import { MissingValues } from '../expression/loader.js';
import type { Decision, StoreRequest } from '../types.js';

/** Raised where a value must be stored before it can travel. */
export class MustStore extends Error {
  constructor(readonly request: StoreRequest) {
    super('a value is too large to travel');
  }
}

/** What one answer asks for at most: entries, and characters of values to be stored. */
const ENTRIES = 64;
const CHARACTERS = 16 * 1024 * 1024;

/** What a decision cannot be made without: gathered, so that it is asked for in few rounds. */
export class Wants {
  private readonly values = new Map<string, BlobRef>();
  private readonly store = new Map<string, StoreRequest>();
  private characters = 0;
  private events = false;

  get any(): boolean {
    return this.events || this.values.size + this.store.size > 0;
  }

  get enough(): boolean {
    return this.values.size + this.store.size >= ENTRIES || this.characters >= CHARACTERS;
  }

  /** How far EVENT is. */
  wantEvents(): void {
    this.events = true;
  }

  /** Notes what an error asks for; throws every other error on. */
  note(error: unknown): void {
    if (error instanceof MissingValues) for (const ref of error.refs) this.values.set(ref.sha256, ref);
    else if (error instanceof MustStore) {
      this.store.set(error.request.sha256, error.request);
      this.characters += error.request.json.length;
    } else throw error;
  }

  need(): Decision {
    return { kind: 'need', values: [...this.values.values()], store: [...this.store.values()], events: this.events };
  }
}
