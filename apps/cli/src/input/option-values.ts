import { parseDuration } from '@waggle/protocol';
import { InvalidArgumentError, Option } from 'commander';

/** An option's duration in milliseconds: `90s`, `2m`, `1h30m`. */
export const durationOption = (text: string): number => {
  try {
    return parseDuration(text);
  } catch {
    throw new InvalidArgumentError('It must be a duration such as 90s, 2m or 1h30m.');
  }
};

/** An option that has a duration when it is left out; help shows it as it would be written. */
export const durationWithDefault = (flags: string, description: string, otherwise: string): Option =>
  new Option(flags, description).argParser(durationOption).default(parseDuration(otherwise), otherwise);

export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return value;
  };

/** An option that may be given several times. */
export const collect = (value: string, before: string[] = []): string[] => [...before, value];
