import { IsIn, IsInt, IsObject, IsString, Length, Matches, Min } from 'class-validator';
import { INTENTS, PRIORITIES, type Intent, type Priority } from '../enums.js';
import { TOKEN } from '../ids.js';
import type { MessageType } from '../message.js';
import { PAYLOADS } from '../messages.js';
import { IsTime, Optional } from './decorators.js';
import { schemaOf, type JsonSchema } from './schema.js';

/** `AgentMessage` as it arrives: who writes it must name its type and payload, the rest may follow from the subject. */
export class Envelope {
  @Optional() @Length(1, 128) id?: string;
  @IsString() type!: string;
  @Optional() @Matches(TOKEN) tenant?: string;
  @Optional() @Matches(TOKEN) from?: string;
  @Optional() @Length(1, 256) to?: string;
  @Optional() @IsIn([...INTENTS]) intent?: Intent;
  @Optional() @IsIn([...PRIORITIES]) priority?: Priority;
  @Optional() @Length(1, 128) correlationId?: string;
  @Optional() @Length(1, 128) causationId?: string;
  @Optional() @Length(1, 256) contextId?: string;
  @Optional() @Length(1, 256) userId?: string;
  @Optional() @IsTime() createdAt?: string;
  @Optional() @IsTime() expiresAt?: string;
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
