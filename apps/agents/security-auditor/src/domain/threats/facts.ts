/** What a repository is made of, as far as threats depend on it: things that are attacked, and things that protect. */
interface FactDefinition {
  title: string;
  /** Files it is looked for in; default: code. */
  path?: RegExp;
  /** What its text shows; without one the file's being there is enough. */
  text?: RegExp;
}

const CODE = /\.([cm]?[jt]sx?|py|go|java|kt|rb|php|cs|rs)$/i;
const SETTINGS = /\.(ya?ml|json|toml|properties|xml|conf|[cm]?[jt]s|py|go|java|rb|cs)$/i;

export const FACTS = {
  // what is attacked
  httpServer: {
    title: 'HTTP server',
    text: /\b(express|fastify|new Koa|new Hono|NestFactory\.create|createServer)\s?(<[^>]{0,80}>)?\(|\bFlask\(__name__|\bFastAPI\(|\bget_wsgi_application\(|\bhttp\.(ListenAndServe|HandleFunc)|\bgin\.(Default|New)\(|@(RestController|SpringBootApplication)\b|\bRails\.application\.routes|\bSinatra::|\bRoute::(get|post)\(|\bWebApplication\.CreateBuilder\(|\bHttpServer::new\(|\baxum::/,
  },
  database: {
    title: 'database',
    text: /\b(from|require\(|import)\s*\(?['"](pg|mysql2?|mongodb|mongoose|sqlite3|better-sqlite3|typeorm|knex|sequelize|drizzle-orm|redis|ioredis|@prisma\/client)['"]|^[ \t]{0,9}(import|from)[ \t]{1,9}(psycopg2?|pymysql|sqlite3|sqlalchemy|pymongo|redis)\b|"database\/sql"|\bjava\.sql\.|\bDriverManager\.getConnection|\bActiveRecord::|\bnew PDO\(|\bDbContext\b|\bsqlx::/m,
  },
  broker: {
    title: 'message broker',
    text: /['"](@nats-io\/[\w-]+|nats|kafkajs|amqplib|mqtt|@google-cloud\/pubsub|bullmq)['"]|^[ \t]{0,9}(import|from)[ \t]{1,9}(nats|kafka|pika|confluent_kafka|celery)\b|"github\.com\/(nats-io|segmentio\/kafka-go|rabbitmq)/m,
  },
  signIn: {
    title: 'sign-in of its own',
    text: /\bpassport\.(use|authenticate)\(|\bbcrypt\b|\bargon2\b|\bscrypt(Sync)?\(|jwt\.(sign|verify|encode|decode)\(|\bjsonwebtoken\b|\bfrom 'jose'|\blogin_required\b|\bflask_login\b|\bSpringSecurity|\bHttpSecurity\b|\bdevise\b|\bAddAuthentication\(|\bnkey|\bOAuth2/i,
  },
  upload: {
    title: 'file upload',
    text: /\bmulter\(|\bformidable\(|\bUploadFile\b|request\.files\b|\bMultipartFile\b|\bFormFile\(|\$_FILES\b|\bIFormFile\b|@fastify\/multipart/i,
  },
  outbound: {
    title: 'requests to other servers',
    text: /\bfetch\(\s*[^)'"`]|\baxios\.|\bgot\(|\brequests\.(get|post)\(|\bhttpx\.|\bhttp\.(Get|Post|NewRequest)\(|\bHttpClient\b|\bRestTemplate\b|\bNet::HTTP\b|\bcurl_init\(|\breqwest::/,
  },
  processes: {
    title: 'processes that it starts',
    text: /child_process['"]|\bsubprocess\.|\bos\.system\(|\bexec\.Command\(|\bProcessBuilder\(|\bProcess\.Start\(|\bCommand::new\(|\bshell_exec\(/,
  },
  parser: {
    title: 'data of others that it parses',
    text: /\byaml\.(load|safe_load|parse)|from 'yaml'|\bxml2js\b|\bfast-xml-parser\b|\betree\.|\bDocumentBuilderFactory\b|\bpickle\.load|\bunserialize\(|\bObjectInputStream\(|\bunzip|\btarfile\./,
  },
  container: { title: 'container image', path: /(^|\/)(Dockerfile|Containerfile)([.-][\w.-]+)?$/i },
  orchestration: {
    title: 'deployment of containers',
    path: /(^|\/)((docker-)?compose([.-][\w-]+)*\.ya?ml|Chart\.yaml|kustomization\.ya?ml)$/i,
  },
  workflow: { title: 'CI workflow', path: /(^|\/)\.github\/workflows\/[^/]+\.ya?ml$|(^|\/)\.gitlab-ci\.yml$|(^|\/)Jenkinsfile$/i },
  cloud: { title: 'cloud resources', path: /\.(tf|bicep)$|(^|\/)(cloudformation|template)\.(ya?ml|json)$/i },
  packages: {
    title: 'packages of others',
    path: /(^|\/)(package-lock\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|requirements[\w.-]*\.txt|go\.mod|Cargo\.lock|Gemfile\.lock|composer\.lock|pom\.xml)$/,
  },
  // what protects
  rateLimit: {
    title: 'a limit on requests',
    text: /rate-?limit|RateLimiter|throttl(e|er)|max_connections|slowDown\(|Bucket4j|rack-attack/i,
  },
  validation: {
    title: 'checks of input',
    text: /\bzod\b|class-validator|\bajv\b|\bjoi\b|\byup\b|\bpydantic\b|\bmarshmallow\b|@Valid\b|validator\/v10|\bFluentValidation\b|jsonschema/i,
  },
  headers: {
    title: 'security headers',
    text: /\bhelmet\(|Content-Security-Policy|SecurityMiddleware|X-Content-Type-Options|flask_talisman|secure_headers/i,
  },
  tls: {
    title: 'TLS',
    path: SETTINGS,
    text: /\btls\s*[:{=]|\bhttps\.createServer\(|ListenAndServeTLS|ssl_certificate|SECURE_SSL_REDIRECT|server\.ssl|\bssl_context\b|UseHttpsRedirection/i,
  },
  logging: {
    title: 'a log',
    text: /\b(pino|winston|bunyan|log4js|structlog|loguru|slog|zap|logrus)\b|\blogging\.getLogger|\bLoggerFactory\b|\bILogger\b|\bRails\.logger/,
  },
  audit: {
    title: 'a record of who did what',
    text: /\baudit_?(log|trail|record|event|entry)s?\b|\bAuditLog|auditable|paper_trail|['"`.]audit['"`.]/i,
  },
  rights: {
    title: 'checks of rights',
    text: /\b(authorize|hasPermission|has_perm|permission_required|PreAuthorize|UseGuards|CanActivate|checkPermission|isAllowed|requireRole|RolesAllowed|\[Authorize|permissions?\s*[:=]\s*\{|allow_publish|publish\.allow)\b/i,
  },
  limits: {
    title: 'bounds on size and time',
    text: /\b(bodyLimit|maxBodySize|max_content_length|MaxBytesReader|limits?\s*:\s*\{|AbortSignal\.timeout|setTimeout\(.{0,80}abort|context\.WithTimeout|DATA_UPLOAD_MAX|timeout\s*[=:])/i,
  },
  checksum: {
    title: 'packages locked by checksum',
    path: /(^|\/)(package-lock\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|go\.sum|Cargo\.lock|composer\.lock)$/,
  },
  secretStore: {
    title: 'secrets from outside of the code',
    text: /process\.env\b|os\.environ|os\.Getenv\(|System\.getenv\(|ENV\[|Environment\.GetEnvironmentVariable|secretKeyRef|vault/i,
  },
  workflowRights: {
    title: 'rights named in workflows',
    path: /(^|\/)\.github\/workflows\/[^/]+\.ya?ml$/i,
    text: /^[ \t]{0,9}permissions:/m,
  },
  leastUser: {
    title: 'a user of few rights in the image',
    path: /(^|\/)(Dockerfile|Containerfile)([.-][\w.-]+)?$/i,
    text: /^[ \t]{0,9}USER[ \t]{1,9}(?!root|0\b)/im,
  },
} as const satisfies Record<string, FactDefinition>;

export type Fact = keyof typeof FACTS;
export const FACT_NAMES = Object.keys(FACTS) as Fact[];

/** Where a fact was seen: line from 1. */
export interface Sighting {
  file: string;
  line: number;
}

/** Whether a file is worth reading for any fact. */
export const isTelling = (path: string): boolean =>
  CODE.test(path) || FACT_NAMES.some((name) => definition(name).path?.test(path) ?? false);

const definition = (name: Fact): FactDefinition => FACTS[name];

const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length;

/** The facts that a file shows, and where. */
export const factsIn = (path: string, text: string): { fact: Fact; at: Sighting }[] =>
  FACT_NAMES.flatMap((fact) => {
    const { path: where = CODE, text: pattern } = definition(fact);
    if (!where.test(path)) return [];
    if (pattern === undefined) return [{ fact, at: { file: path, line: 1 } }];
    const match = pattern.exec(text);
    return match === null ? [] : [{ fact, at: { file: path, line: lineAt(text, match.index) } }];
  });
