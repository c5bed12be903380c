import { expect, test } from 'vitest'
import { StackError } from '../stack-error.ts'
import { findEtcd } from './etcd.ts'

test('findEtcd takes the binary that is named, and never another one when it cannot be run', () => {
  expect(findEtcd(process.execPath)).toBe(process.execPath)
  expect(() => findEtcd('/nowhere/etcd')).toThrow(StackError)
})
