/**
 * Writes into a state. With a list to undo by, everything written can be taken back: so `decide` tries its events
 * on the state itself, without copying what may be large.
 */
export class Pen {
  constructor(private readonly undo?: (() => void)[]) {}

  set<T extends object, K extends keyof T>(object: T, key: K, value: T[K]): void {
    if (this.undo) {
      const before = object[key];
      // a list is no longer than it was; of an object, a field that is undefined is as good as none, and deleting makes it slow
      const drop = Array.isArray(object) && !Object.hasOwn(object, key);
      this.undo.push(() => {
        if (drop) Reflect.deleteProperty(object, key);
        else object[key] = before;
      });
    }
    object[key] = value;
  }

  bump<T extends object, K extends keyof T>(object: T, key: T[K] extends number ? K : never, by = 1): void {
    this.set(object, key, ((object[key] as number) + by) as T[K]);
  }

  put<K, V>(map: Map<K, V>, key: K, value: V): void {
    if (this.undo) {
      const before = map.get(key);
      const had = map.has(key);
      this.undo.push(() => (had ? map.set(key, before as V) : map.delete(key)));
    }
    map.set(key, value);
  }

  drop<K, V>(map: Map<K, V>, key: K): void {
    const before = map.get(key);
    if (map.delete(key)) this.undo?.push(() => map.set(key, before as V));
  }

  add<T>(set: Set<T>, value: T): void {
    if (set.has(value)) return;
    set.add(value);
    this.undo?.push(() => set.delete(value));
  }

  remove<T>(set: Set<T>, value: T): void {
    if (set.delete(value)) this.undo?.push(() => set.add(value));
  }

  push<T>(list: T[], values: readonly T[]): void {
    const length = list.length;
    for (const value of values) list.push(value);
    this.undo?.push(() => {
      list.length = length;
    });
  }
}
