import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import type { DtoClass, JsonSchema } from '@waggle/protocol';
import type { TaskContext } from '../context/task-context.js';

export interface AgentOptions {
  /** One token; it signs in with it, and its queues bear it. */
  name: string;
  description: string;
  /** Default `0.1.0`. */
  version?: string;
  /** Tasks it works on at once; default 4. */
  slots?: number;
  /** Tasks that may wait for child flows besides, without a slot; default 4 times `slots`. */
  maxWaiting?: number;
  /** Preferred first: higher goes first among agents that offer the same skill; default 0. */
  priority?: number;
  capabilities?: string[];
  /** Recorded starts after which a task that ends the process each time counts as poison; default 3. */
  maxStarts?: number;
}

/** A DTO class with class-validator decorators, or a JSON Schema. */
export type Shape = DtoClass | JsonSchema;

export interface SkillOptions {
  /** One to four tokens joined by dots. */
  id: string;
  /** What it takes; anything when left out. */
  input?: Shape;
  /** What it returns; anything when left out. */
  output?: Shape;
  /** How long an attempt may take when the flow does not say: milliseconds, or a text such as `90s`; default `2m`. */
  timeout?: string | number;
  /** An attempt whose reported progress does not move for so long counts as stuck; never, when left out. */
  heartbeat?: string | number;
  /** Money a task costs on average, in US dollars. */
  cost?: number;
  /** For people; default the id. */
  name?: string;
  description?: string;
  tags?: string[];
}

type Handler = (input: never, ctx: TaskContext) => Promise<unknown>;

const AGENT = Symbol('waggle:agent');
const SKILLS = Symbol('waggle:skills');

export interface SkillEntry extends SkillOptions {
  method: string | symbol;
}

/** Makes an injectable class an agent; its `@Skill` methods are what it offers. */
export const Agent =
  (options: AgentOptions): ClassDecorator =>
  (target) => {
    Reflect.defineMetadata(AGENT, options, target);
    Injectable()(target);
  };

/** Offers a method as a skill: `(input, ctx) => Promise<output>`. Inputs are checked before it is called. */
export const Skill =
  (options: SkillOptions) =>
  <T extends Handler>(target: object, method: string | symbol, _: TypedPropertyDescriptor<T>): void => {
    const known = (Reflect.getMetadata(SKILLS, target) as SkillEntry[] | undefined) ?? [];
    Reflect.defineMetadata(SKILLS, [...known, { ...options, method }], target);
  };

export const agentOptionsOf = (type: object): AgentOptions | undefined => Reflect.getMetadata(AGENT, type) as AgentOptions | undefined;

export const skillEntriesOf = (prototype: object): SkillEntry[] =>
  (Reflect.getMetadata(SKILLS, prototype) as SkillEntry[] | undefined) ?? [];
