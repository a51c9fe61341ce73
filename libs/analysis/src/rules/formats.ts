/** Files that are no code but have rules of their own: how each is known. */
const FORMATS = {
  dockerfile: { path: /(^|\/)(Dockerfile|Containerfile)([.-][\w.-]+)?$|\.dockerfile$/i },
  compose: { path: /(^|\/)(docker-)?compose([.-][\w-]+)*\.ya?ml$/i, yaml: true },
  kubernetes: { path: /\.ya?ml$/i, text: /^apiVersion:[^]{0,5000}^kind:|^kind:[^]{0,5000}^apiVersion:/m, yaml: true },
  'github-workflow': { path: /(^|\/)\.github\/(workflows\/[^/]+|actions\/.+\/action)\.ya?ml$/i, yaml: true },
  terraform: { path: /\.tf$/i },
  shell: { path: /\.(sh|bash|zsh)$/i },
} as const satisfies Record<string, { path: RegExp; text?: RegExp; yaml?: true }>;

export type Format = keyof typeof FORMATS;
export const FORMAT_NAMES = Object.keys(FORMATS) as Format[];

/** The formats that a file has; a file of Kubernetes may be one of Compose for all its name tells. */
export const formatsOf = (path: string, text: string): Format[] =>
  FORMAT_NAMES.filter((name) => {
    const format: { path: RegExp; text?: RegExp } = FORMATS[name];
    return format.path.test(path) && (format.text === undefined || format.text.test(text));
  });

export const isYaml = (format: Format): boolean => 'yaml' in FORMATS[format];
