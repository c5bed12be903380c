/**
 * Goal: every rule of .dependency-cruiser.cjs fires on the import that it is about and on no other.
 * Method: a small repository with the real configuration, where each file is one import, allowed or not.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Cruise, cruise } from './cruise.ts'

const REPOSITORY = join(import.meta.dirname, '../../..')
const WORKSPACES = [
  ...['base', 'domain', 'runtime', 'bus', 'testkit', 'aws-wire'].map((name) => `packages/${name}`),
  ...['state', 'api', 'control-plane'].map((name) => `services/${name}`),
  'agent',
  'tools/stack',
  'bench',
  'test',
]

/** File → [import, the rule that it breaks]. */
const BROKEN: Readonly<Record<string, readonly [string, string]>> = {
  'packages/runtime/src/circle-a.ts': ["export type { B } from './circle-b.ts'", 'no-cycles'],
  'packages/runtime/src/lost.ts': ["import '@homeport/nowhere'", 'resolvable'],
  'packages/base/src/uses-node.ts': ["import 'node:fs'", 'base-imports-nothing'],
  'packages/domain/src/uses-node.ts': ["import 'node:fs'", 'domain-imports-only-base'],
  'packages/domain/src/uses-type.ts': [
    "import type { X } from '@homeport/runtime'\nexport type Y = X",
    'domain-imports-only-base',
  ],
  'packages/runtime/src/uses-service.ts': ["import '@homeport/state'", 'packages-below-processes'],
  'services/api/src/uses-state.ts': ["import '@homeport/state'", 'processes-stay-apart'],
  'services/api/src/uses-agent.ts': ["import '@homeport/agent'", 'processes-stay-apart'],
  'agent/src/uses-service.ts': ["import '@homeport/api'", 'processes-stay-apart'],
  'services/control-plane/src/uses-agent.ts': ["import '@homeport/agent'", 'control-plane-without-agent'],
  'services/api/src/uses-tools.ts': ["import '@homeport/stack'", 'production-without-tooling'],
  'services/api/src/uses-depth.ts': [
    "import '../../../packages/base/src/hidden.ts'",
    'only-through-exports-of-packages',
  ],
  'services/control-plane/src/uses-depth.ts': [
    "import '../../state/src/hidden.ts'",
    'only-through-exports-of-services',
  ],
  'test/uses-depth.ts': ["import '../agent/src/hidden.ts'", 'only-through-exports-of-agent'],
  'bench/src/uses-depth.ts': ["import '../../tools/stack/src/hidden.ts'", 'only-through-exports-of-tools'],
  'services/api/src/uses-testkit.ts': ["import '@homeport/testkit'", 'testkit-not-shipped'],
  'services/api/src/uses-test.ts': ["import './sample.test.ts'", 'tests-not-shipped'],
  'agent/src/uses-fake.ts': ["import './testing/fake.ts'", 'tests-not-shipped'],
  'services/state/src/uses-nats.ts': ["import '@nats-io/jetstream'", 'nats-only-in-bus'],
  'agent/src/engine/uses-docker.ts': [
    "import type Docker from 'dockerode'\nexport type D = Docker",
    'dockerode-only-in-docker',
  ],
  'services/api/src/uses-sdk.ts': ["import '@aws-sdk/client-ecs'", 'aws-sdk-only-in-aws-wire'],
}

const ALLOWED: Readonly<Record<string, string>> = {
  'packages/domain/src/uses-base.ts': "import '@homeport/base'",
  'packages/domain/src/uses-fast-check.test.ts': "import 'fast-check'",
  'packages/bus/src/uses-nats.ts': "import '@nats-io/jetstream'",
  'packages/aws-wire/src/uses-sdk.ts': "import '@aws-sdk/client-ecs'",
  'services/api/src/uses-type.ts': "import type { Task } from '@aws-sdk/client-ecs'\nexport type T = Task",
  'services/api/src/uses-testkit.test.ts': "import '@homeport/testkit'",
  'services/api/src/sample.test.ts': "import '@homeport/base'",
  'agent/src/testing/engine.ts': "import 'dockerode'",
  'agent/src/testing/fake.ts': "import '@homeport/testkit'",
  'agent/src/uses-fake.test.ts': "import './testing/fake.ts'",
  'services/control-plane/src/uses-state.ts': "import '@homeport/state'",
  'agent/src/docker/uses-docker.ts': "import 'dockerode'",
  'packages/testkit/src/uses-docker.ts': "import 'dockerode'",
  'bench/src/uses-docker.ts': "import 'dockerode'",
  'test/uses-all.ts': "import '@homeport/agent'\nimport '@homeport/state'\nimport '@homeport/testkit'",
}

const CIRCLE = 'packages/runtime/src/circle-b.ts'

let root = ''
let result: Cruise

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

function link(target: string, path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  symlinkSync(target, join(root, path), 'dir')
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'homeport-cruise-'))
  cpSync(join(REPOSITORY, '.dependency-cruiser.cjs'), join(root, '.dependency-cruiser.cjs'))
  // The configuration asks for a parser, and the planted imports for packages: both are installed above us.
  for (const name of ['@nats-io', '@aws-sdk', '@smithy', '@swc', 'dockerode', '@types', 'fast-check']) {
    link(join(REPOSITORY, 'node_modules', name), `node_modules/${name}`)
  }
  for (const folder of WORKSPACES) {
    const name = `@homeport/${folder.replace(/^.*\//, '')}`
    write(`${folder}/package.json`, JSON.stringify({ name, exports: { '.': './src/index.ts' } }))
    write(`${folder}/src/index.ts`, 'export const name = 1')
    write(`${folder}/src/hidden.ts`, 'export const name = 2')
    link(join(root, folder), `node_modules/${name}`)
  }
  for (const [path, [text]] of Object.entries(BROKEN)) write(path, text)
  for (const [path, text] of Object.entries(ALLOWED)) write(path, text)
  // The other half of the cycle, which is reported on either side.
  write(CIRCLE, "export type { A } from './circle-a.ts'")
  result = cruise(root)
})

afterAll(() => rmSync(root, { recursive: true }))

test('cruise reports the rule that an import is about when the import breaks it', () => {
  for (const [path, [, rule]] of Object.entries(BROKEN)) {
    const rules = result.broken.filter(({ from }) => from === path).map((broken) => broken.rule)
    expect(rules, path).toContain(rule)
  }
})

test('cruise reports nothing else when imports keep to the rules', () => {
  const faulty = new Set([...Object.keys(BROKEN), CIRCLE])
  expect(result.broken.filter(({ from }) => !faulty.has(from))).toEqual([])
})

test('cruise plants a violation of every rule when the configuration grows', () => {
  const load = createRequire(import.meta.url)
  const { forbidden } = load(join(REPOSITORY, '.dependency-cruiser.cjs')) as { forbidden: { name: string }[] }
  const planted = new Set(Object.values(BROKEN).map(([, rule]) => rule))
  expect(forbidden.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([])
})

test('cruise names every module when it reads TypeScript', () => {
  for (const path of [...Object.keys(BROKEN), ...Object.keys(ALLOWED)]) expect(result.modules).toContain(path)
})
