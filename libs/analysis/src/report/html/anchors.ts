/** Where a file's findings begin on the page, by the file's path: ids without `#`. */
export type Anchors = ReadonlyMap<string, string>;
