// Arrows point one way: model ← pure ← edges ← runtime ← cli. See CONTRIBUTING.
const PURE =
  '^src/(plan|observe/(decode|sample|check|dedupe|redact|windows)|judge|alert(?!/(deliver|receivers/(send|receiver)[.]ts))|report(?!/(traces/(otlp|span-account)[.]ts|lineage/transports)))/|^src/observe/observe[.]ts$'
const EDGE =
  '^src/(observe/(sources|tables)|alert/(deliver|receivers/(send|receiver)[.]ts)|store|serve|report/(traces/(otlp|span-account)[.]ts|lineage/transports))'
const CONFIG = '(^src/config/|/config[.]ts$)'

/** @type {import('dependency-cruiser').IConfiguration} */
const configuration = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'model-imports-nothing',
      severity: 'error',
      from: { path: '^src/model/' },
      to: { pathNot: '^src/model/' },
    },
    {
      name: 'config-keys-stand-alone',
      severity: 'error',
      from: { path: '/config[.]ts$' },
      to: { path: '^src/', pathNot: `^src/model/|${CONFIG}|^src/judge/slo/(active|rows)[.]ts$` },
    },
    {
      name: 'pure-knows-no-edge',
      severity: 'error',
      from: { path: PURE, pathNot: '/config[.]ts$' },
      to: {
        path: `${EDGE}|^src/(runtime|cli)/|^src/main[.]ts$`,
        pathNot: '/config[.]ts$|^src/observe/sources/source[.]ts$',
      },
    },
    {
      name: 'pure-touches-no-world',
      severity: 'error',
      from: { path: PURE },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|util|buffer)$' },
    },
    {
      name: 'edges-know-no-other-edge',
      severity: 'error',
      from: { path: '^src/observe/sources/([^/]+)/' },
      to: {
        path: '^src/(observe/sources/([^/]+)/|store/|serve/|alert/)',
        pathNot: '^src/observe/sources/($1|source[.]ts)',
      },
    },
    {
      name: 'tables-know-no-other-edge',
      severity: 'error',
      from: { path: '^src/observe/tables/' },
      to: { path: '^src/(observe/sources/|store/|serve/|alert/)' },
    },
    {
      name: 'store-knows-no-other-edge',
      severity: 'error',
      from: { path: '^src/store/' },
      to: { path: '^src/(observe/sources/(?!source[.]ts)|serve/|alert/(deliver|receivers))' },
    },
    {
      name: 'alert-edges-know-no-other-edge',
      severity: 'error',
      from: { path: '^src/alert/' },
      to: { path: '^src/(observe/sources|store|serve)/' },
    },
    {
      name: 'emitters-know-no-other-edge',
      severity: 'error',
      from: { path: '^src/report/lineage/transports/' },
      to: { path: '^src/(observe/sources|alert/(deliver|receivers)|store|serve)/' },
    },
    {
      name: 'only-runtime-and-cli-wire',
      severity: 'error',
      from: { pathNot: '^src/(runtime|cli)/|^src/main[.]ts$' },
      to: { path: '^src/(runtime|cli)/' },
    },
    {
      // The builder of dashboards is of no use to the daemon, which has to be ready in a second and a half.
      name: 'dashboards-only-when-made',
      severity: 'error',
      from: { pathNot: '^src/report/dashboards/' },
      to: {
        path: '^src/report/dashboards/|grafana-foundation-sdk',
        dependencyTypesNot: ['dynamic-import'],
      },
    },
    { name: 'nobody-imports-cli', severity: 'error', from: { path: '^src/runtime/' }, to: { path: '^src/cli/' } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
}
export default configuration
