/** A line that is longer is none that Docker writes. */
const LINE_CHARACTERS_MAX = 4 * 1024 * 1024

/**
 * Reads a stream of JSON values, one on each line.
 * @yields {unknown} the values, as they come.
 * @throws {Error} when the stream breaks before its end, or a line is no JSON.
 */
export async function* jsonLines(stream: NodeJS.ReadableStream): AsyncGenerator<unknown> {
  let rest = ''
  for await (const chunk of stream) {
    rest += String(chunk)
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line)
    if (rest.length > LINE_CHARACTERS_MAX) {
      throw new Error(
        `Cannot read a line: at most ${LINE_CHARACTERS_MAX} characters, received ${rest.length}`,
      )
    }
  }
  if (rest.trim() !== '') yield JSON.parse(rest)
}
