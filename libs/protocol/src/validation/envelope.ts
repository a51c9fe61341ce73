import { IsIn, IsInt, IsObject, IsString, Length, Matches, Min } from 'class-validator';
import { INTENTS, PRIORITIES, type Intent, type Priority } from '../enums.js';
import { TOKEN } from '../ids.js';
import type { MessageType } from '../message.js';
import { PAYLOADS } from '../messages.js';
import { IsTime, Optional } from './decorators.js';
import { schemaOf, type JsonSchema } from './schema.js';

/** `AgentMessage` as it arrives: who writes it must name its type and payload, the rest may follow from the subject. */
export class Envelope {
  /** Unique; ours are UUIDv7. A new one when left out. */
  @Optional() @Length(1, 128) id?: string;
  /** What the payload is, with its version. */
  @IsString() type!: string;
  /** As the subject says; it may be left out, not differ. */
  @Optional() @Matches(TOKEN) tenant?: string;
  /** Who wrote it: as the subject says; it may be left out, not differ. */
  @Optional() @Matches(TOKEN) from?: string;
  /** Whom it is for, where that is one. */
  @Optional() @Length(1, 256) to?: string;
  /** `request` for what asks for work, else `notify`, when left out. */
  @Optional() @IsIn([...INTENTS]) intent?: Intent;
  /** `normal` when left out. */
  @Optional() @IsIn([...PRIORITIES]) priority?: Priority;
  /** The flow this belongs to. */
  @Optional() @Length(1, 128) correlationId?: string;
  /** The id of the message that caused this one. */
  @Optional() @Length(1, 128) causationId?: string;
  /** The conversation or thread. */
  @Optional() @Length(1, 256) contextId?: string;
  /** The person on whose behalf it is. */
  @Optional() @Length(1, 256) userId?: string;
  /** When the broker stored it, when left out. */
  @Optional() @IsTime() createdAt?: string;
  /** After which nobody should act on it. */
  @Optional() @IsTime() expiresAt?: string;
  /** How many delegations deep; a limit ends loops. 0 when left out. */
  @Optional() @IsInt() @Min(0) hop?: number;
  @IsObject() payload!: object;
}

/** The schema of a whole message: the envelope with its type fixed and its payload spelt out. */
export const messageSchema = (type: MessageType): JsonSchema => {
  const envelope = schemaOf(Envelope);
  const { $defs, ...payload } = schemaOf(PAYLOADS[type]) as JsonSchema & { $defs?: JsonSchema };
  return {
    ...envelope,
    properties: { ...(envelope.properties as JsonSchema), type: { const: type }, payload },
    ...($defs && { $defs }),
  };
};
