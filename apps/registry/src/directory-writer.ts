import { Inject, Injectable } from '@nestjs/common';
import { BucketMirror, type Bus } from '@waggle/bus';
import { createEvent, skillKey, skillOfKey, subjects, type DirectorySkill } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { directoryAgents, directorySkills } from './domain/offers.js';
import { changeOf, gained } from './domain/significance.js';
import { Hearing } from './hearing.js';

const SKILL = 'skill.';
const AGENT = 'agent.';
/** Figures alone are written no more often. */
const FIGURES_EVERY = 1_000;
/** Beats in a burst make one write. */
const SETTLE = 10;
/** Silence has no event: looked at so often. */
const LOOK_EVERY = 500;
/** What belongs to no tenant. */
const NOBODY = '_';

/**
 * Writes who offers what to DIRECTORY: at once when somebody comes or goes, more slowly for figures. Several registries
 * write the same; each compares with what stands there, so what is right already is not written again.
 */
@Injectable()
export class DirectoryWriter {
  private readonly skills: BucketMirror<DirectorySkill>;
  private readonly agents: BucketMirror<string>;
  /** Skills that gained agents and were not told of yet. */
  private readonly owed = new Set<string>();
  private looking?: NodeJS.Timeout;
  private planned?: NodeJS.Timeout;
  private figuresAt = 0;
  private working?: Promise<void>;
  private again = false;
  private stopped = false;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly hearing: Hearing,
    private readonly log: Log,
  ) {
    this.skills = new BucketMirror(bus, 'DIRECTORY', { pattern: `${SKILL}>`, read: (entry) => entry.json<DirectorySkill>(), log });
    this.agents = new BucketMirror(bus, 'DIRECTORY', { pattern: `${AGENT}>`, read: (entry) => entry.text(), log });
  }

  async start(): Promise<void> {
    await Promise.all([this.skills.start(), this.agents.start()]);
    this.hearing.onChange(() => this.plan());
    this.looking = setInterval(() => {
      this.hearing.roster.sweep(performance.now());
      this.plan();
    }, LOOK_EVERY);
    this.looking.unref();
    await this.review();
    // a registry that ended between an entry and its event left waiters asleep
    for (const skill of directorySkills(this.hearing.roster, performance.now()).keys()) await this.announce(skill);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.looking);
    clearTimeout(this.planned);
    await Promise.all([this.skills.stop(), this.agents.stop()]);
    await this.working;
  }

  private plan(): void {
    if (this.stopped) return;
    this.planned ??= setTimeout(() => {
      this.planned = undefined;
      if (this.working !== undefined) {
        this.again = true;
        return;
      }
      this.working = this.review()
        .catch((error: unknown) => this.log.warn('the directory cannot be written at the moment', { error }))
        .finally(() => {
          this.working = undefined;
          if (this.again) this.plan();
          this.again = false;
        });
    }, SETTLE);
  }

  private async review(): Promise<void> {
    // what could not be told when the entry was written
    for (const skill of this.owed) await this.announce(skill);
    const now = performance.now();
    const { roster } = this.hearing;
    const actual = directorySkills(roster, now);
    const withFigures = now - this.figuresAt >= FIGURES_EVERY;
    if (withFigures) this.figuresAt = now;
    const written = [...this.skills.keys()].map((key) => skillOfKey(key.slice(SKILL.length)));
    for (const skill of new Set([...written, ...actual.keys()])) {
      const change = changeOf(this.skills.get(keyOf(skill)), actual.get(skill));
      if (change === 'now' || (change === 'soon' && withFigures)) await this.write(skill, actual.get(skill));
    }
    const agents = directoryAgents(roster, now);
    const known = [...this.agents.keys()].map((key) => key.slice(AGENT.length));
    for (const name of new Set([...known, ...agents.keys()])) {
      const key = `${AGENT}${name}`;
      const agent = agents.get(name);
      const text = agent && JSON.stringify(agent);
      if (text !== this.agents.get(key)) await put(this.agents, key, text);
    }
  }

  private async write(skill: string, entry: DirectorySkill | undefined): Promise<void> {
    const joined = gained(this.skills.get(keyOf(skill)), entry);
    if (joined.length > 0) this.owed.add(skill);
    await put(this.skills, keyOf(skill), entry && JSON.stringify(entry));
    if (joined.length === 0) return;
    this.log.info('a skill gained agents', { skill, agents: joined });
    await this.announce(skill);
  }

  /** Wakes who waits for the skill; said after the entry stands, so that whoever looks then sees it. */
  private async announce(skill: string): Promise<void> {
    const event = createEvent({ tenant: NOBODY, payload: { source: this.bus.me, type: 'skill-offered', subject: skill, data: { skill } } });
    await this.bus.publish(subjects.event(NOBODY, this.bus.me, 'skill-offered'), JSON.stringify(event));
    this.owed.delete(skill);
  }
}

const keyOf = (skill: string): string => `${SKILL}${skillKey(skill)}`;

const put = (mirror: BucketMirror<unknown>, key: string, text: string | undefined): Promise<void> =>
  text === undefined ? mirror.delete(key) : mirror.put(key, text);
