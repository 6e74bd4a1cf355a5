"""usage: blender -b ... -P blender_scene.py -- SAMPLES OUT.png: makes a scene, edits it, renders it with Cycles."""
import math
import os
import sys

import bpy

samples, out = sys.argv[sys.argv.index("--") + 1:]
bpy.ops.object.select_all(action="SELECT")
bpy.ops.object.delete()
glow = bpy.data.materials.new("glow")
glow.use_nodes = True
glow.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (0.8, 0.3, 0.1, 1)
for index in range(24):
    angle = index * math.tau / 24
    bpy.ops.mesh.primitive_monkey_add(size=0.9, location=(4 * math.cos(angle), 4 * math.sin(angle), index % 3))
    monkey = bpy.context.object
    monkey.modifiers.new("smooth", "SUBSURF").render_levels = 2
    monkey.data.materials.append(glow)
for _ in range(30):  # meshes come and go, and every step is kept for undo
    bpy.ops.mesh.primitive_uv_sphere_add(segments=64, ring_count=32)
    bpy.ops.object.delete()
bpy.ops.mesh.primitive_plane_add(size=20, location=(0, 0, -1))
bpy.ops.object.light_add(type="SUN", rotation=(0.6, 0.2, 0))
bpy.ops.object.camera_add(location=(0, -11, 7), rotation=(1.0, 0, 0))
scene = bpy.context.scene
scene.camera = bpy.context.object
scene.render.engine = "CYCLES"
scene.cycles.samples = int(samples)
scene.cycles.use_denoising = False
scene.render.resolution_x, scene.render.resolution_y = 320, 240
scene.render.filepath = os.path.abspath(out)
bpy.ops.render.render(write_still=True)
