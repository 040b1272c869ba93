import { describe, expect, it } from 'vitest'
import { textOfHtml } from '../../../src/platform/text-of-html.ts'

describe('textOfHtml', () => {
  it.each([
    ['Hello', 'Hello'],
    ['<p>One</p>\n  <p>Two   words</p>', 'One\n\nTwo words'],
    ['<h1>Title</h1><div>a</div><div>b<br>c</div>', 'Title\n\na\n\nb\nc'],
    ['<ul><li>one</li><li>two</li></ul>', '- one\n\n- two'],
    ['<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a b\n\nc'],
    ['See <a class="x" href="https://example.com/?a=1&amp;b=2">cars</a>.', 'See cars (https://example.com/?a=1&b=2).'],
    ["<a href='https://example.com'>https://example.com</a>", 'https://example.com'],
    ['<a href="javascript:alert(1)">click</a>', 'click'],
    ['5 &lt; 6 &amp; 7 &#62; 2 &#x41;&nbsp;&quot;&apos; &unknown;', `5 < 6 & 7 > 2 A "' &unknown;`],
    ['2 < 3 and <b>bold</b>', '2 < 3 and bold'],
    ['<head><title>t</title></head><body>a<!-- <p>hidden</p> -->b<script>if (a<b) x()</script>c</body>', 'abc'],
    ['<!doctype html><html><body>x</body></html>', 'x'],
    ['<style>p{}', ''],
    ['<p>open <a href="https://example.com">link', 'open link'],
    ['', ''],
  ])('makes of %j the text %j', (html, text) => {
    expect(textOfHtml(html)).toBe(text)
  })

  it('goes once over a text, however broken it is', () => {
    const begin = performance.now()
    for (const piece of ['<style', '<!--', '<a href="', '<', '&#', '<p']) textOfHtml(piece.repeat(200_000))
    expect(performance.now() - begin).toBeLessThan(3000)
  })
})
