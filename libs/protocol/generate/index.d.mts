/** Everything that is made from the protocol library: the text of each file by its path in the repository. */
export const generatedFiles: (protocol: object, root: string) => Map<string, string>;
/** Files that hold nothing else than what is made: one there that is not made any more is stale. */
export const generatedFolders: readonly string[];
