import { IsObject, IsString, Matches } from 'class-validator';
import { TOKEN } from '../ids.js';
import { Optional } from '../validation/decorators.js';

/** A message between agents of a session, on `wg.<tenant>.channel.<session>.<name>.<id>`. The envelope's `from` is who spoke. */
export class ChannelMessage {
  @Matches(TOKEN) session!: string;
  @Matches(TOKEN) name!: string;
  /** JSON, or `{ $blob }` when it is large. */
  @Optional() body?: unknown;
}

/** A moment that was waited for, on `wg.<tenant>.alarm.due.<id>`. One that nobody awaits any more is ignored. */
export class AlarmDue {
  @Matches(TOKEN) id!: string;
  /** What to look at again. */
  @IsString() kind!: string;
  /** Its place. */
  @IsObject() about!: Record<string, string>;
}
