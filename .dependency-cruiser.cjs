// The boundaries of the code base (CONTRIBUTING.md, "What may import what").
//
// Three options decide whether this file checks anything at all. TypeScript 7 has no compiler API for
// dependency-cruiser: without `parser: 'swc'` it reads no .ts file and reports success. Without
// `enhancedResolveOptions`, imports of @homeport/* stay unresolved and slip past every path rule. Without
// `tsPreCompilationDeps`, type-only imports are invisible. tools/tidy fails when a source file was not
// cruised, and plants a violation of every rule below.

const { existsSync, globSync, readFileSync } = require('node:fs')
const path = require('node:path')

const PRODUCTION = '^(packages|services|agent)/'
/** Tests, and what stands beside them only to serve them. */
const TESTS = '(\\.test\\.ts$|/src/testing/|^packages/[^/]+/test-support/)'
const TESTKIT = '^packages/testkit/'

/** The files that workspaces publish under `exports`, as one pattern. */
const workspaces = globSync('{packages,services,tools}/*', { cwd: __dirname }).concat([
  'agent',
  'bench',
  'test',
])
const PUBLISHED = workspaces
  .filter((folder) => existsSync(path.join(__dirname, folder, 'package.json')))
  .flatMap((folder) => {
    const { exports } = JSON.parse(readFileSync(path.join(__dirname, folder, 'package.json'), 'utf8'))
    return Object.values(exports ?? {}).map((file) => path.join(folder, file).replaceAll('.', '\\.'))
  })
  .join('|')

/** Imports from one kind of workspace into the unpublished files of any other. */
const onlyThroughExports = (kind, folder) => ({
  name: `only-through-exports-of-${kind}`,
  comment: 'Another workspace is used by a name in its `exports`. Export there what is meant to be used.',
  from: { path: '^((packages|services|tools)/[^/]+|agent|bench|test)/' },
  to: { path: `^${folder}/`, pathNot: ['^$1/', `^(${PUBLISHED})$`] },
})

const rules = [
  {
    name: 'no-cycles',
    comment: 'A cycle has no first module to read. Move what both sides need into a third module.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'resolvable',
    comment: 'An import that does not resolve escapes every other rule. Fix the path, or run npm install.',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'base-imports-nothing',
    comment: 'Everything imports base, so base imports nothing.',
    from: { path: '^packages/base/', pathNot: TESTS },
    to: { pathNot: '^packages/base/' },
  },
  {
    name: 'domain-imports-only-base',
    comment:
      'The domain is pure: no node:*, no npm packages, no ports. Effects go into a service or the agent.',
    from: { path: '^packages/domain/', pathNot: TESTS },
    to: { pathNot: '^packages/(domain|base)/' },
  },
  {
    name: 'packages-below-processes',
    comment: 'A package is used by processes and knows none of them.',
    from: { path: '^packages/' },
    to: { path: '^(services|agent)/' },
  },
  {
    name: 'processes-stay-apart',
    comment: 'Processes talk through proto or the bus. Only services/control-plane composes services.',
    from: { path: '^(services/[^/]+|agent)/', pathNot: '^services/control-plane/' },
    to: { path: '^(services|agent)/', pathNot: '^$1/' },
  },
  {
    name: 'control-plane-without-agent',
    comment: 'The control plane is made of services; an agent runs beside it, never inside it.',
    from: { path: '^services/control-plane/' },
    to: { path: '^agent/' },
  },
  {
    name: 'production-without-tooling',
    comment: 'What ships never imports repository tools, benchmarks or test suites.',
    from: { path: PRODUCTION },
    to: { path: '^(tools|bench|test)/' },
  },
  onlyThroughExports('packages', 'packages/[^/]+'),
  onlyThroughExports('services', 'services/[^/]+'),
  onlyThroughExports('agent', 'agent'),
  onlyThroughExports('tools', '(tools/[^/]+|bench|test)'),
  {
    name: 'testkit-not-shipped',
    comment: 'Fakes and builders stay in tests.',
    from: { path: PRODUCTION, pathNot: `(${TESTS}|${TESTKIT})` },
    to: { path: TESTKIT },
  },
  {
    name: 'tests-not-shipped',
    comment: 'Only a test imports what serves tests.',
    from: { pathNot: `(${TESTS}|^test/)` },
    to: { path: TESTS },
  },
  {
    name: 'nats-only-in-bus',
    comment: 'The NATS client has one importer, so that its traps are handled once. Use @homeport/bus.',
    from: { pathNot: '^packages/bus/' },
    to: { path: 'node_modules/@nats-io/' },
  },
  {
    name: 'dockerode-only-in-docker',
    comment:
      'The engine is behind a port of the agent; only its adapter in agent/src/docker knows dockerode.',
    from: { path: PRODUCTION, pathNot: `(^agent/src/docker/|${TESTKIT}|${TESTS})` },
    to: { path: 'node_modules/(@types/)?dockerode/' },
  },
  {
    name: 'aws-sdk-only-in-aws-wire',
    comment: 'The AWS SDK is a source of models, loaded by aws-wire. Elsewhere write `import type`.',
    from: { path: PRODUCTION, pathNot: `(^packages/aws-wire/|${TESTKIT}|${TESTS})` },
    to: { path: 'node_modules/(@aws-sdk|@smithy)/', dependencyTypesNot: ['type-only'] },
  },
]

module.exports = {
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/(dist|coverage)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.d.ts'],
    },
  },
  forbidden: rules.map((rule) => ({ severity: 'error', ...rule })),
}
