/** The picture on a canvas, as the bytes of a PNG file. */
export function png(canvas: HTMLCanvasElement): Promise<ArrayBuffer> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob.arrayBuffer());
      else reject(new Error("the picture could not be made"));
    }, "image/png");
  });
}
