export {
  CATEGORIES,
  CONFIDENCES,
  Evidence,
  Finding,
  fingerprint,
  Measured,
  milder,
  RelatedPlace,
  RuleInfo,
  severityRank,
  type Category,
  type Confidence,
} from './finding.js';
export { FindingList, placeOf, type Found, type Place } from './finding-list.js';
export { bounded, MAX_FINDINGS, rulesOf, worstFirst } from './findings-order.js';
export { DebtReport, SecurityReport, SkippedFile, SpecialistReport } from './specialist-report.js';
export { ECMASCRIPT, extensionOf, factsOf, languageOf, LANGUAGES, PYTHON, type Language } from './source/language.js';
export { errorLines, kindOf, MAX_PARSE, parse, type Node } from './source/parse.js';
export { parserOf } from './source/parsers.js';
export { isDeepTree } from './source/depth.js';
export { excerpt, splitLines, type Excerpt } from './source/lines.js';
export { isGenerated, isTestData, isTestFile, isTooDeep } from './source/file-kind.js';
export { unjudgedForm } from './source/unjudged-form.js';
export { MASK, maskFindings } from './mask.js';
export { Excuse } from './excuses/excuse.js';
export { excusesIn } from './excuses/excuses-in.js';
export { ExportFacts, ImportFacts, ModuleFacts } from './modules/module-facts.js';
export { readModule } from './modules/read-module.js';
export { ModuleGraph, type Edge } from './modules/module-graph.js';
export { cyclesOf } from './modules/cycles.js';
export type { Grammar } from './metrics/grammar.js';
export { grammarOf } from './metrics/grammar-of.js';
export { functionName } from './metrics/function-name.js';
export { functionsOf, type FunctionFacts, type TreeFacts } from './metrics/functions.js';
export { fileMetrics, FileMetrics } from './metrics/file-metrics.js';
export { applyRules, concerning, RULE_SECONDS, type Applied, type Source } from './rules/apply.js';
export { digestOfRules, builtInRules } from './rules/built-in.js';
export { FORMAT_NAMES, formatsOf, isYaml, type Format } from './rules/formats.js';
export { yamlPairs } from './source/yaml-pairs.js';
export { compileRule, parseRules, readRules, type WrittenRule } from './rules/read-rules.js';
export { readRuleFolder } from './rules/read-rule-folder.js';
export { RULE_LANGUAGES, RULE_SCHEMA } from './rules/rule-schema.js';
export type { CallShape, DataCondition, PairShape, Rule, TextShape, TreeShape } from './rules/rule.js';
export { tryExamples, type FailedExample } from './rules/try-examples.js';
export { type PatternRule } from './rules/pattern-rule.js';
export { CloneFinder, type Clone, type CloneSide, type Comparison } from './duplication/clones.js';
export { tokenize, type Tokens } from './duplication/tokenize.js';
export type {
  AuditReport,
  AuditRun,
  ExcusedFinding,
  FileSummary,
  KnownFinding,
  NotAnalysed,
  ReportFinding,
  SeverityCounts,
  Timeline,
  TimelineRow,
  Trend,
} from './report/audit-report.js';
export { gradeOf, indexOf, NO_GRADE, scoreOf, WEIGHT } from './report/score.js';
export { toSarif } from './report/sarif.js';
export { renderHtml, type HtmlOptions } from './report/html/render-html.js';
export { TIMELINE_PLACEHOLDER } from './report/html/timeline.js';
