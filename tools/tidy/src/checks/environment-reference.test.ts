import { expect, test } from 'vitest'
import { environmentReference } from './environment-reference.ts'

const config = (text: string) => ({ path: 'services/api/src/config.ts', text })
const reference = (text: string) => ({ path: 'docs/reference/environment.md', text })

test('environmentReference reports a variable when the code reads it and the page lacks it', () => {
  const reads = [
    "env['HOMEPORT_API_PORT']",
    'env.HOMEPORT_API_PORT',
    "read('HOMEPORT_API_PORT')",
    "({ variable: 'HOMEPORT_API_PORT' })",
  ]
  for (const read of reads) {
    expect(environmentReference([config(`\nconst a = ${read}`)]), read).toMatchObject([
      { path: 'services/api/src/config.ts', line: 2 },
    ])
    expect(
      environmentReference([config(read), reference('Prose about `HOMEPORT_API_PORT`.')]),
      read,
    ).toHaveLength(1)
  }
})

test('environmentReference reports a variable when the page has it and nothing reads it', () => {
  const page = reference('| name | meaning |\n|---|---|\n| `ECS_CLUSTER` | the cluster |')
  expect(
    environmentReference([
      config("// ECS_CLUSTER\nconst child = { ECS_CLUSTER: 'a', 'ECS_CLUSTER': 'b', stream: 'ECS_CLUSTER' }"),
      page,
    ]),
  ).toMatchObject([{ path: page.path, line: 3 }])
})

test('environmentReference accepts variables when code and page agree', () => {
  const page = reference('| `HOMEPORT_API_PORT` | the port |\n\n### `ECS_CLUSTER`\n')
  const code = config("const a = [env['HOMEPORT_API_PORT'], env['ECS_CLUSTER'], env['PATH']]")
  expect(environmentReference([code, page])).toEqual([])
})
