import { expect, test } from 'vitest'
import { renderExportLines } from './env-lines.ts'

test('renderExportLines gives one line for each variable, quoted where needed', () => {
  const lines = renderExportLines({
    endpoint: 'http://127.0.0.1:4566',
    region: 'us-east-1',
    accessKeyId: 'AKIA',
    secretAccessKey: "a'b",
  })
  expect(lines).toEqual([
    'export AWS_ENDPOINT_URL=http://127.0.0.1:4566',
    'export AWS_ACCESS_KEY_ID=AKIA',
    "export AWS_SECRET_ACCESS_KEY='a'\\''b'",
    'export AWS_REGION=us-east-1',
    'export AWS_DEFAULT_REGION=us-east-1',
  ])
})
