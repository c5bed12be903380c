import { describe, expect, it } from 'vitest'
import { parseExports } from './stack.ts'

describe('parseExports', () => {
  it('parseExports reads names and values when they are quoted or bare', () => {
    const text = "export AWS_REGION=us-east-1\nexport AWS_SECRET_ACCESS_KEY='a/b+c='\nnot an export\n"
    expect(parseExports(text)).toEqual({ AWS_REGION: 'us-east-1', AWS_SECRET_ACCESS_KEY: 'a/b+c=' })
  })
})
