import { expect, test } from 'vitest'
import { parseMountPoints } from './own-engine.ts'

test('parseMountPoints finds what is mounted at and below a folder, and nothing beside it', () => {
  const mounts = [
    '/dev/vda / ext4 rw 0 0',
    '/dev/vda /data/docker ext4 rw 0 0',
    'overlay /data/docker/overlay2/a/merged overlay rw 0 0',
    'tmpfs /data/docker-other tmpfs rw 0 0',
    'tmpfs /data/docker/with\\040blank tmpfs rw 0 0',
    '',
  ].join('\n')
  expect(parseMountPoints(mounts, '/data/docker')).toEqual([
    '/data/docker',
    '/data/docker/overlay2/a/merged',
    '/data/docker/with blank',
  ])
})
