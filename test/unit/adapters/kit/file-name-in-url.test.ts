import { expect, it } from 'vitest'
import { fileNameInUrl } from '../../../../adapters/kit/file-name-in-url.ts'

it.each([
  ['https://files.example/a/price%20list.pdf?x=1', 'price list.pdf'],
  ['https://files.example/', ''],
  ['https://files.example/50%.pdf', '50%.pdf'],
])('names the file at %s', (url, name) => {
  expect(fileNameInUrl(url)).toBe(name)
})
