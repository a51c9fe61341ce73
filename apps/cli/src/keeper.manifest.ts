import { KEEPER, type Manifest } from '@waggle/bus';

/** Who makes and restores backups: all that is stored passes through it, so its key is used for nothing else. */
export const manifest: Manifest = { name: KEEPER, kind: 'core', keepsBackups: true };
