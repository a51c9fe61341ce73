import { registerHooks } from 'node:module';

/** A change of compiled code as it is loaded: what is looked for must be there, once. */
export interface Patch {
  /** Below the root, e.g. `libs/flow/decide/results`: its compiled form is meant. */
  file: string;
  find: string;
  replace: string;
}

/** The source of a file, below the root. */
export const sourceOf = (file: string): string => {
  const [kind, room, ...rest] = file.split('/');
  return `${kind}/${room}/src/${rest.join('/')}.ts`;
};

/** The compiled form of a file, below the root. */
export const compiled = (file: string): string => {
  const [kind, room, ...rest] = file.split('/');
  return `${kind}/${room}/dist/${rest.join('/')}.js`;
};

/** Limits of the coordinator's memory, so small that what it keeps is dropped all the time. */
export const TIGHT: readonly Patch[] = [
  { file: 'apps/coordinator/engine/flow-store', find: 'const CACHED_FLOWS = 5_000;', replace: 'const CACHED_FLOWS = 3;' },
  { file: 'apps/coordinator/engine/flow-store', find: 'const ENDED_FLOWS = 50_000;', replace: 'const ENDED_FLOWS = 50;' },
  { file: 'apps/coordinator/engine/values', find: 'const STORED_KEPT = 2_000;', replace: 'const STORED_KEPT = 2;' },
  // one timer for all locks of a process would be one for all processes here
  { file: 'libs/locks/claim', find: 'SOON.add(this.settle);', replace: 'this.settle();' },
];

/**
 * Has modules changed as they are loaded: so no flag and no hook for it stands in production code. Before anything of
 * them is imported. The answer throws unless every patch has been applied.
 */
export const plant = (patches: readonly Patch[]): (() => void) => {
  const applied = new Set<Patch>();
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      const wanted = patches.filter(({ file }) => url.endsWith(`/${compiled(file)}`));
      if (wanted.length === 0) return loaded;
      let source = Buffer.from(loaded.source as Uint8Array).toString('utf8');
      for (const patch of wanted) {
        const count = source.split(patch.find).length - 1;
        if (count !== 1) throw new Error(`${patch.file} holds ${JSON.stringify(patch.find)} ${count} times: the patch no longer suits it`);
        source = source.replace(patch.find, () => patch.replace);
        applied.add(patch);
      }
      return { ...loaded, source };
    },
  });
  return () => {
    const missed = patches.filter((patch) => !applied.has(patch));
    if (missed.length > 0) throw new Error(`never loaded: ${missed.map(({ file }) => file).join(', ')}`);
  };
};
