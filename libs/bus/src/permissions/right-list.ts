import { BORDER_API, taskConsumer, type StreamName } from '@waggle/protocol';

const API = '$JS.API.';

/** A subject as it is named behind a border: there the JetStream API of the core has another prefix, for a bare one is the account's own. */
export const behindBorder = (subject: string): string => (subject.startsWith(API) ? `${BORDER_API}.${subject.slice(API.length)}` : subject);

/**
 * Collects rights. Each is given twice: as narrow as its holder needs it, and as wide as the core exports it to
 * the holder's account, which others may share.
 */
export class RightList {
  readonly publish = new Set<string>();
  readonly subscribe = new Set<string>();
  /** Subjects the holder's account imports in order to publish. */
  readonly services = new Set<string>();
  /** Subjects the holder's account imports in order to hear. */
  readonly feeds = new Set<string>();

  constructor(private readonly border: boolean) {}

  say(subject: string, wide = subject): void {
    this.publish.add(this.border ? behindBorder(subject) : subject);
    this.services.add(wide);
  }

  hear(subject: string, wide = subject): void {
    this.subscribe.add(subject);
    this.feeds.add(wide);
  }

  api(request: string, wide = request): void {
    this.say(`${API}${request}`, `${API}${wide}`);
  }

  /** Last value of one subject: the server checks which. */
  readLast(stream: string, subject: string, wide = subject): void {
    this.api(`DIRECT.GET.${stream}.${subject}`, `DIRECT.GET.${stream}.${wide}`);
  }

  /** Take from a durable consumer and settle; acknowledgements are the v1 subjects, which the config pins. */
  pull(stream: StreamName, consumer: string): void {
    this.api(`CONSUMER.INFO.${stream}.${consumer}`, `CONSUMER.INFO.${stream}.*`);
    this.api(`CONSUMER.MSG.NEXT.${stream}.${consumer}`, `CONSUMER.MSG.NEXT.${stream}.*`);
    this.say(`$JS.ACK.${stream}.${consumer}.>`, `$JS.ACK.${stream}.>`);
  }

  pullTasks(agent: string, priorities: readonly Parameters<typeof taskConsumer>[1][]): void {
    for (const priority of priorities) this.pull('TASK', taskConsumer(agent, priority));
  }
}
